export default function RegisterPage({ name }: { name: string }) {
	return <div className="page">{name}</div>;
}
