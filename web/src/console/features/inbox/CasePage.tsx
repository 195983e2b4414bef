export default function CasePage() {
	return <div className="page" />;
}
