import { lazy, Suspense } from "react";

const AccountDialog = lazy(() => import("./AccountPage.tsx"));

/** Somebody whose password was given out changes it before anything else. */
export function MustChange() {
	return (
		<Suspense>
			<AccountDialog view="password" forced onClose={() => {}} />
		</Suspense>
	);
}
