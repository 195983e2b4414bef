export default function DeskPage() {
	return <div className="page" />;
}
