const paths = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10 11v5M14 11v5",
  pencil: "M5 19l1-4L16.5 4.5l3 3L9 18l-4 1zM14 7l3 3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  search: "M11 17a6 6 0 100-12 6 6 0 000 12zM20 20l-4.5-4.5",
  settings:
    "M4 7h10M18 7h2M4 17h2M10 17h10M16 9.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 19.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z",
  undo: "M9 7L5 11l4 4M5 11h9a5 5 0 010 10h-2",
  down: "M12 5v14M6 13l6 6 6-6",
  calendar: "M5 6h14v14H5zM5 10h14M9 3.5V7M15 3.5V7",
  flag: "M6 21V4h11l-2 4 2 4H6",
  back: "M19 12H5M11 6l-6 6 6 6",
  alert: "M12 4l9 16H3L12 4zM12 10v4M12 17.2v.2",
} as const;

export type IconName = keyof typeof paths;

/** A picture beside a text that says the same; alone it needs a label on its button. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
