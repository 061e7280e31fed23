/** What a page keeps over a reload and a power cut. A browser that keeps nothing, or is full, is lived with. */
export const kept = {
  read<Value>(name: string): Value | null {
    try {
      const text = localStorage.getItem(`leitai.${name}`);
      return text === null ? null : (JSON.parse(text) as Value);
    } catch {
      return null;
    }
  },
  write(name: string, value: unknown): boolean {
    try {
      localStorage.setItem(`leitai.${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  forget(name: string): void {
    try {
      localStorage.removeItem(`leitai.${name}`);
    } catch {
      // nothing was kept
    }
  },
  names(beginning: string): string[] {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(`leitai.${beginning}`))
        .map((name) => name.slice("leitai.".length));
    } catch {
      return [];
    }
  },
};
