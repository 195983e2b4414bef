export default function InboxPage() {
	return <div className="page" />;
}
