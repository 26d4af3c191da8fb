import { Button } from "@/app/ui/button";
import { DialogActions } from "@/app/ui/dialog";

type Props = {
  /** Verb and object. */
  submit: string;
  pending: boolean;
  onCancel: () => void;
};

/** The end of a form in a dialog: away, or do it. */
export function FormActions({ submit, pending, onCancel }: Props) {
  return (
    <DialogActions>
      <Button onClick={onCancel}>Cancel</Button>
      <Button type="submit" variant="primary" pending={pending}>
        {submit}
      </Button>
    </DialogActions>
  );
}
