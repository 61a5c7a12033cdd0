/** The mark of Relink, as in `public/icon.svg`: part of the page, so that it is whole while the server is away. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="7" fill="#005a9d" />
      <path d="M13.5 18.5l5-5M11 15l-2 2a4.2 4.2 0 006 6l2-2M15 11l2-2a4.2 4.2 0 016 6l-2 2" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
    </svg>
  )
}
