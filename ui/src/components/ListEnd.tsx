import { ErrorNote } from "./ErrorNote";
import { Skeleton } from "./Skeleton";

interface Pages {
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

/** Behind the rows of a list that is read page by page: more is coming, or did not come. */
export function ListEnd({ pages }: { pages: Pages }) {
  const { isFetchingNextPage, isFetchNextPageError, error, fetchNextPage, refetch } = pages;
  return (
    <>
      {isFetchingNextPage && <Skeleton lines={2} />}
      {Boolean(error) && (
        <ErrorNote error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />
      )}
    </>
  );
}
