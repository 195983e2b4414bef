import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { flowCase } from "@/api/queries.ts";
import { useTabTitle } from "../../shell/work.ts";
import { CaseView } from "./CaseView.tsx";

/** A case with the page to itself. */
export default function CasePage() {
	const { id = "" } = useParams();
	const found = useQuery(flowCase(id));
	useTabTitle(found.data?.title || found.data?.no || "");
	return <CaseView id={id} page />;
}
