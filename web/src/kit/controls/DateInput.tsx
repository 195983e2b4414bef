import DatePicker from "antd/es/date-picker";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import type { ControlProps } from "../form/controls.ts";

/** A calendar that also takes typed dates: 2026-11-23, 20261123, 2026/11/23. */
export default function DateInput({ id, value, onChange, invalid, describedBy, field }: ControlProps) {
	return (
		<DatePicker
			id={id}
			status={invalid ? "error" : undefined}
			aria-describedby={describedBy}
			aria-label={field.title}
			format={["YYYY-MM-DD", "YYYYMMDD", "YYYY/M/D", "YYYY.M.D"]}
			value={typeof value === "string" && value ? dayjs(value) : null}
			onChange={(next) => onChange(next ? next.format("YYYY-MM-DD") : null)}
		/>
	);
}
