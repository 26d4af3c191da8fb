import { showMessage } from "@/app/ui/toaster";

/** For the mutation of a dialog that shows its errors itself: once it is done the dialog closes, and a message says what is done. */
export function closeWith<Done>(onClose: () => void, message: (done: Done) => string) {
  return {
    meta: { showsError: true },
    onSuccess: (done: Done) => {
      onClose();
      showMessage(message(done));
    },
  };
}
