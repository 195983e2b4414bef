import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { call, commandId } from "@/api/call.ts";
import type { Row } from "@/api/types.ts";
import { ask } from "@/kit/confirm.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { toast } from "@/kit/toast.tsx";
import { useMe } from "../../me.ts";

const text = {
	print: ["打印", "Print"],
	reverse: ["冲销", "Reverse"],
	reverseAsk: ["冲销 {no}？", "Reverse {no}?"],
	reverseBody: ["冲销会另记一笔红字，原单保留。", "A reversing entry is posted; the original stays."],
	reason: ["冲销原因", "Reason"],
	reversed: ["已冲销", "Reversed"],
	account: ["去收款", "Take a payment"],
	openCase: ["打开流程", "Open the case"],
} as const;

/** Buttons of single registers, shown at the foot of a record. */
export function recordActions(register: string, row: Row) {
	switch (register) {
		case "receipts":
			return (
				<>
					<Print path={`/api/receipts/${row.id}/print`} />
					{row.status !== "reversed" && row.status !== "reversal" && (
						<Reverse register="receipts" row={row} permission="fin.receipt.approve" />
					)}
				</>
			);
		case "charges":
			return row.status !== "reversed" && <Reverse register="charges" row={row} permission="fin.bill.approve" />;
		case "work-orders":
			return (
				<>
					<Print path={`/api/work-orders/${row.id}/print`} />
					<CaseLink row={row} />
				</>
			);
		case "service-requests":
			return <CaseLink row={row} />;
		case "rooms":
			return <Account row={row} />;
		default:
			return null;
	}
}

function Print({ path }: { path: string }) {
	const t = useText(text);
	return (
		<a className="button" data-size="small" href={path} target="_blank" rel="noreferrer">
			<Icon name="print" /> {t("print")}
		</a>
	);
}

function Account({ row }: { row: Row }) {
	const t = useText(text);
	const me = useMe();
	if (!me.permissions.includes("fin.receipt.execute")) return null;
	return (
		<Link className="button" data-size="small" to={`/cashier?room=${row.id}`}>
			<Icon name="cash" /> {t("account")}
		</Link>
	);
}

function CaseLink({ row }: { row: Row }) {
	const t = useText(text);
	const id = row.case_id;
	if (typeof id !== "string" || !id || id === "0") return null;
	return (
		<Link className="button" data-size="small" to={`/case/${id}`}>
			<Icon name="flow" /> {t("openCase")}
		</Link>
	);
}

function Reverse({ register, row, permission }: { register: string; row: Row; permission: string }) {
	const t = useText(text);
	const me = useMe();
	const errorText = useErrorText();
	const client = useQueryClient();
	const reverse = useMutation({
		mutationFn: (reason: string) => {
			const command = commandId();
			return call(`/api/${register}/${row.id}/reverse`, {
				body: { ...(register === "receipts" ? { command } : {}), reason },
				key: command,
			});
		},
		onSuccess: () => {
			toast("ok", t("reversed"));
			void client.invalidateQueries({ queryKey: ["register"] });
			void client.invalidateQueries({ queryKey: ["cashier"] });
		},
		onError: (error) => toast("danger", errorText(error)),
	});
	if (!me.permissions.includes(permission)) return null;
	return (
		<button
			type="button"
			className="button"
			data-size="small"
			data-kind="danger"
			disabled={reverse.isPending}
			onClick={async () => {
				const reason = await ask({
					title: t("reverseAsk", { no: String(row.no ?? "") }),
					body: t("reverseBody"),
					yes: t("reverse"),
					danger: true,
					reason: t("reason"),
				});
				if (reason) reverse.mutate(reason);
			}}
		>
			<Icon name="undo" /> {t("reverse")}
		</button>
	);
}
