import { memo, type ReactNode } from "react";
import { useText } from "./i18n.ts";

export interface Column {
	key: string;
	title: string;
	unit?: string;
	/** Figures stand at the right. */
	figure?: boolean;
	sortable?: boolean;
	width?: number;
}

export interface GridRow {
	id: string;
}

interface GridProps<R extends GridRow> {
	columns: readonly Column[];
	rows: readonly R[];
	cell: (column: Column, row: R) => ReactNode;
	label: string;
	/** The first column's content opens the record. */
	sort?: string;
	onSort?: (key: string) => void;
	selected?: ReadonlySet<string>;
	onSelect?: (ids: readonly string[], on: boolean) => void;
	/** One cell per column, standing at the bottom; the first says what is added up. */
	totals?: readonly ReactNode[];
	dimmed?: boolean;
	empty?: ReactNode;
	current?: string;
}

const text = {
	selectAll: ["选择本页全部", "Select all on this page"],
	select: ["选择这一行", "Select this row"],
	sortBy: ["按{title}排序", "Sort by {title}"],
} as const;

/**
 * The table of every register: sticky head, first column and totals; only the rows scroll. One <td> per cell, one
 * memoised row: ticking a row touches that row alone.
 */
export function Grid<R extends GridRow>(props: GridProps<R>) {
	const { columns, rows, cell, label, sort = "", onSort, selected, onSelect, totals, dimmed, empty, current } = props;
	const t = useText(text);
	const all = rows.length > 0 && rows.every((row) => selected?.has(row.id));
	const some = !all && rows.some((row) => selected?.has(row.id));
	return (
		<section
			className="grid-box"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
			tabIndex={0}
			aria-label={label}
			data-dimmed={dimmed || undefined}
			data-ticks={selected ? true : undefined}
		>
			<table className="grid" aria-busy={dimmed || undefined}>
				<thead>
					<tr>
						{selected && (
							<th className="tick" scope="col">
								<input
									type="checkbox"
									aria-label={t("selectAll")}
									checked={all}
									ref={(node) => {
										if (node) node.indeterminate = some;
									}}
									onChange={() =>
										onSelect?.(
											rows.map((r) => r.id),
											!all,
										)
									}
								/>
							</th>
						)}
						{columns.map((column) => (
							<th
								key={column.key}
								scope="col"
								data-figure={column.figure || undefined}
								style={column.width ? { minWidth: column.width } : undefined}
								aria-sort={sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : undefined}
							>
								{column.sortable && onSort ? (
									<button
										type="button"
										className="sort"
										title={t("sortBy", { title: column.title })}
										onClick={() => onSort(column.key)}
									>
										<HeadText column={column} />
										<SortMark state={sort === column.key ? "up" : sort === `-${column.key}` ? "down" : "off"} />
									</button>
								) : (
									<HeadText column={column} />
								)}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map((row) => (
						<MemoRow
							key={row.id}
							row={row}
							columns={columns}
							cell={cell as (column: Column, row: GridRow) => ReactNode}
							ticked={selected ? selected.has(row.id) : undefined}
							onTick={onSelect}
							current={current === row.id}
							tickLabel={t("select")}
						/>
					))}
				</tbody>
				{totals && rows.length > 0 && (
					<tfoot>
						<tr>
							{selected && <td className="tick" />}
							{columns.map((column, i) => (
								<td key={column.key} data-figure={column.figure || undefined}>
									{totals[i]}
								</td>
							))}
						</tr>
					</tfoot>
				)}
			</table>
			{rows.length === 0 && empty}
		</section>
	);
}

function HeadText({ column }: { column: Column }) {
	return (
		<>
			{column.title}
			{column.unit && <small> {column.unit}</small>}
		</>
	);
}

function SortMark({ state }: { state: "up" | "down" | "off" }) {
	return (
		<svg className="sort-mark" data-state={state} width="10" height="14" viewBox="0 0 10 14" aria-hidden="true">
			<path className="up" d="M5 1.5 8.2 5.5H1.800z" />
			<path className="down" d="M5 12.5 1.8 8.5h6.4z" />
		</svg>
	);
}

interface RowProps {
	row: GridRow;
	columns: readonly Column[];
	cell: (column: Column, row: GridRow) => ReactNode;
	ticked: boolean | undefined;
	onTick: ((ids: readonly string[], on: boolean) => void) | undefined;
	current: boolean;
	tickLabel: string;
}

const MemoRow = memo(function GridLine({ row, columns, cell, ticked, onTick, current, tickLabel }: RowProps) {
	return (
		<tr data-ticked={ticked || undefined} aria-current={current || undefined}>
			{ticked !== undefined && (
				<td className="tick">
					<input type="checkbox" aria-label={tickLabel} checked={ticked} onChange={() => onTick?.([row.id], !ticked)} />
				</td>
			)}
			{columns.map((column) => (
				<td key={column.key} data-figure={column.figure || undefined}>
					{cell(column, row)}
				</td>
			))}
		</tr>
	);
});
