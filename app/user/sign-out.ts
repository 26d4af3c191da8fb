import { showError } from "@/app/ui/toaster";

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  try {
    const auth = await import("next-auth/react");
    await auth.signOut({ redirect: false });
    window.location.assign("/login");
  } catch {
    showError("Coffer does not answer, so you are still signed in. Try again.");
  }
}
