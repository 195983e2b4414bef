/** Line icons, 24 units square, drawn with the text colour. They are decoration: the control carries the name. */
const paths = {
	home: "M4 11 12 4l8 7M6 9.500V20h4v-6h4v6h4V9.5",
	inbox: "M4 13h4l1.5 3h5L16 13h4M4 13 6.5 5h11L20 13v6H4z",
	search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.5 15.5 20 20",
	plus: "M12 5v14M5 12h14",
	close: "M6 6l12 12M18 6 6 18",
	check: "M5 12.5 10 17.5 19 7",
	upload: "M12 15V5M8 8.5 12 4.500l4 4M5 15v4h14v-4",
	download: "M12 5v10M8 11.500l4 4 4-4M5 16v3h14v-3",
	refresh: "M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5",
	columns: "M5 5h14v14H5zM10 5v14M14.5 5v14",
	filter: "M4 5h16l-6 7.500V19l-4-2v-4.500z",
	sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M18.4 5.6 17 7M7 17l-1.4 1.4",
	moon: "M19 14.500A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.500Z",
	density: "M5 5h14M5 19h14M12 8v8M9.5 10 12 7.5 14.5 10M9.5 14l2.5 2.5 2.5-2.5",
	menu: "M4 7h16M4 12h16M4 17h16",
	down: "M6 9.5 12 15.500l6-6",
	left: "M14.5 6 8.5 12l6 6",
	right: "M9.5 6l6 6-6 6",
	up: "M6 14.5 12 8.500l6 6",
	print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
	eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
	edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
	history: "M4 12a8 8 0 1 0 2.5-5.800L4 8.500M4 4v4.500h4.500M12 8v4.500l3 2",
	expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
	bell: "M6 17V11a6 6 0 1 1 12 0v6M4 17h16M10 20h4",
	user: "M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.500c.5-4 3.5-6 7.5-6s7 2 7.5 6",
	wrench: "M14.5 6.500a4 4 0 0 0-5 5L4 17v3h3l5.5-5.500a4 4 0 0 0 5-5L15 12l-3-3z",
	cash: "M3 7h18v10H3zM12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM6 10v4M18 10v4",
	phone:
		"M6 4h3l1.5 4.500L8.5 10a10 10 0 0 0 5.5 5.500l1.5-2L20 15v3c0 1.5-1 2-2 2C10.5 19.5 4.5 13.5 4 6c0-1 .5-2 2-2Z",
	photo: "M4 7h3.500L9 4.500h6L16.5 7H20v12H4zM12 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z",
	file: "M6 3h8l4 4v14H6zM14 3v4h4",
	link: "M10 14 14 10M8.5 11.5 6 14a3 3 0 0 0 4 4l2.5-2.500M15.5 12.5 18 10a3 3 0 0 0-4-4l-2.5 2.5",
	flow: "M4 5h6v5H4zM14 14h6v5h-6zM10 7.500h5.500a1.5 1.5 0 0 1 1.5 1.500v5",
	undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10H9",
	trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
	building: "M5 20V4h9v16M14 9h5v11M3 20h18M8 8h3M8 12h3M8 16h3",
	pin: "M12 21s6.500-6 6.500-11a6.5 6.5 0 0 0-13 0C5.5 15 12 21 12 21ZM12 12.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
	clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 7.500V12l3 2",
	warn: "M12 4 21 19.500H3zM12 10v4.500M12 17v.1",
	dots: "M6 12h.100M12 12h.100M18 12h.1",
	out: "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
	shield: "M12 3.5 19 6v6c0 4.5-3 7-7 8.500C8 19 5 16.5 5 12V6z",
	book: "M5 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H5zM19 4h-4a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h4z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
	return (
		<svg
			aria-hidden="true"
			className="icon"
			width={size}
			height={size}
			viewBox="0 0 24 24"
			fill="none"
			stroke="currentColor"
			strokeWidth="1.7"
			strokeLinecap="round"
			strokeLinejoin="round"
		>
			<path d={paths[name]} />
		</svg>
	);
}
