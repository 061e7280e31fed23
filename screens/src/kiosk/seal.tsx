/** The mark: three steps of a podium, cut like a seal. */
export function Seal() {
  return (
    <svg class="seal" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="1" y="1" width="30" height="30" rx="4" class="seal-ground" />
      <rect x="3.2" y="3.2" width="25.6" height="25.6" rx="2.4" class="seal-edge" />
      <path d="M7 24v-8.5h5.6V24zm5.7 0V8.5h6.6V24zm6.7 0v-6.3H25V24z" class="seal-steps" />
    </svg>
  );
}
