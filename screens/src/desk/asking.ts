import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const EVERY = 4000; // milliseconds

/** What a question answers, asked again while the page is seen. again: at once. */
export function useAsked<Value>(question: () => Promise<Value>): { found: Signal<Value | null>; again: () => Promise<void> } {
  const found = useSignal<Value | null>(null);
  const again = async (): Promise<void> => {
    try {
      found.value = await question();
    } catch {
      // what was found last stays; it is asked again soon
    }
  };
  useEffect(() => {
    void again();
    const timer = setInterval(() => document.visibilityState === "visible" && void again(), EVERY);
    return () => clearInterval(timer);
  }, []);
  return { found, again };
}
