import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { ApiError } from "@/api/client";
import { takeSignInCode, useKey } from "@/api/key";
import { isPassing } from "@/api/stream";
import { Toaster } from "@/components/Toast";
import { TooltipProvider } from "@/components/Tooltip";
import { Frame } from "./Frame";
import { SignIn } from "./SignIn";

const RETRY_MAX_COUNT = 2;
const STALE_MS = 5_000;

const newClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (count, error) => count < RETRY_MAX_COUNT && error instanceof ApiError && isPassing(error),
      },
    },
  });

// Taken once, before anything else reads the address.
const signInCode = takeSignInCode();

/** The sign-in view or the console. Another key is another client, so that no data of the old one stays. */
export function App() {
  const kept = useKey();
  // A code goes before a kept key, which may be of another time.
  const [code, setCode] = useState(signInCode);
  const onCodeTried = useCallback(() => setCode(null), []);
  useEffect(() => {
    const onHash = () => {
      const next = takeSignInCode();
      if (next !== null) setCode(next);
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);
  return (
    <TooltipProvider>
      {kept && code === null ? <SignedIn key={kept.key} /> : <SignIn code={code} onCodeTried={onCodeTried} />}
      <Toaster />
    </TooltipProvider>
  );
}

function SignedIn() {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <Frame />
    </QueryClientProvider>
  );
}
