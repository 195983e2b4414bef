export default function FlowsPage() {
	return <div className="page" />;
}
