import { common } from "@/kit/text.ts";
import { text as mobile } from "../text.ts";

export const text = {
	...common,
	...mobile,
	complete: ["完成", "Done"],
	mend: ["还有内容要补充", "Some fields need attention"],
	sent: ["已提交", "Sent"],
	claim: ["接单", "Take it"],
	release: ["退还", "Give back"],
	hold: ["挂起", "Put on hold"],
	resume: ["继续", "Resume"],
	urge: ["催办", "Urge"],
	withdraw: ["撤回", "Withdraw"],
	comment: ["留言", "Comment"],
	holdReason: ["挂起原因和预计恢复时间", "Why, and until when"],
	withdrawReason: ["撤回原因", "Why withdraw"],
	commentText: ["留言内容", "Comment"],
	transferTo: ["转给", "Hand to"],
	transfer: ["转办", "Hand over"],
	more: ["更多操作", "More"],
	due: ["时限", "Due"],
	urged: ["已催办", "Urged"],
	now: ["现在", "Now"],
	reason: ["原因", "Reason"],
} as const;
