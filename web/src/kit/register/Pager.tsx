import { count } from "../format.ts";
import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { pageNumbers, sizes } from "./query.ts";
import { text } from "./text.ts";

export function Pager({
	page,
	size,
	total,
	onChange,
}: {
	page: number;
	size: number;
	total: number;
	onChange: (page: number, size: number) => void;
}) {
	const t = useText(text);
	const last = Math.max(1, Math.ceil(total / size));
	return (
		<nav className="pager" aria-label={t("pages")}>
			<span className="soft">{t("records", { n: count(total) })}</span>
			<button
				type="button"
				className="icon-button"
				aria-label={t("previousPage")}
				disabled={page <= 1}
				onClick={() => onChange(page - 1, size)}
			>
				<Icon name="left" />
			</button>
			{pageNumbers(page, last).map((n, i) =>
				n === 0 ? (
					<span key={`gap${i}`} className="soft" aria-hidden="true">
						…
					</span>
				) : (
					<button
						key={n}
						type="button"
						className="page-number"
						aria-label={t("page", { n })}
						aria-current={n === page ? "page" : undefined}
						onClick={() => onChange(n, size)}
					>
						{n}
					</button>
				),
			)}
			<button
				type="button"
				className="icon-button"
				aria-label={t("nextPage")}
				disabled={page >= last}
				onClick={() => onChange(page + 1, size)}
			>
				<Icon name="right" />
			</button>
			<select
				className="input page-size"
				aria-label={t("pageSize")}
				value={size}
				onChange={(e) => onChange(1, Number(e.target.value))}
			>
				{sizes.map((n) => (
					<option key={n} value={n}>
						{t("perPage", { n })}
					</option>
				))}
			</select>
		</nav>
	);
}
