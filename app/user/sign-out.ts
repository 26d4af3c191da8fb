import { signOut as endSession } from "@/app/login/session";
import { showError } from "@/app/ui/toaster";

export async function signOut(): Promise<void> {
  try {
    await endSession();
    // A whole new page: nothing of this user stays in memory.
    window.location.assign("/login");
  } catch {
    void showError("Coffer does not answer, so you are still signed in. Try again.");
  }
}
