export default function CashierPage() {
	return <div className="page" />;
}
