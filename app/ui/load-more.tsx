import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";

type Props = { hasMore: boolean; isLoading: boolean; error: unknown; onLoad: () => void };

/** The next page of a list that has no page numbers. */
export function LoadMore({ hasMore, isLoading, error, onLoad }: Props) {
  if (error) return <ErrorState title="More could not be read" error={error} onRetry={onLoad} retrying={isLoading} />;
  if (!hasMore) return null;
  return (
    <div className="flex justify-center pt-1">
      <Button pending={isLoading} onClick={() => onLoad()}>
        Load more
      </Button>
    </div>
  );
}
