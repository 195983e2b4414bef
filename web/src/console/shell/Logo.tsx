/** The sign of the house: a gate under a tiled roof. */
export function Logo({ size = 26 }: { size?: number }) {
	return (
		<svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
			<rect width="32" height="32" rx="7" fill="#23695f" />
			<path
				d="M6 13 9.5 9h13L26 13M8.5 13.5V23h5v-5.5h5V23h5v-9.5M6 13h20"
				fill="none"
				stroke="#fff"
				strokeWidth="2.2"
				strokeLinejoin="round"
				strokeLinecap="round"
			/>
		</svg>
	);
}

/** A row of roof-tile arcs: the eave line below the product's name. */
export function Eave() {
	return (
		<svg className="eave" width="100%" height="8" aria-hidden="true">
			<defs>
				<pattern id="eave" width="14" height="8" patternUnits="userSpaceOnUse">
					<path d="M0 1.5a7 5 0 0 0 14 0" fill="none" stroke="currentColor" strokeWidth="1" />
				</pattern>
			</defs>
			<rect width="100%" height="8" fill="url(#eave)" />
		</svg>
	);
}
