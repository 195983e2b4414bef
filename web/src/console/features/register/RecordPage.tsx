export default function RecordPage() {
	return <div className="page" />;
}
