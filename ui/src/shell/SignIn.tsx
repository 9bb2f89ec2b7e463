import { type FormEvent, useEffect, useState } from "react";
import { asApiError } from "@/api/client";
import { currentKey, signInWithCode, signInWithKey } from "@/api/key";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Field, Input, Switch } from "@/components/Field";
import { useTitle } from "@/components/PageHeader";
import { toast } from "@/components/toast_store";

/** Shown in place of every page while there is no key; the address stays, so that signing in goes on there. */
export function SignIn({ code, onCodeTried }: { code: string | null; onCodeTried: () => void }) {
  useTitle("Sign in");
  const [key, setKey] = useState("");
  const [isRemembered, setRemembered] = useState(false);
  const [isBusy, setBusy] = useState(code !== null);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    if (code === null) return;
    signInWithCode(code)
      // With a key that is kept already, the console goes on under it: what is shown here goes.
      .catch((thrown: unknown) => (currentKey() ? toast.error(thrown) : setError(asApiError(thrown))))
      .finally(() => {
        setBusy(false);
        onCodeTried();
      });
  }, [code, onCodeTried]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signInWithKey(key.trim(), isRemembered);
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };

  return (
    <main className="mx-auto flex min-h-full max-w-md flex-col justify-center gap-4 p-6">
      <h1 className="text-xl font-semibold">Sign in to the console</h1>
      <p className="text-muted">
        Open the one-time address that <code className="font-mono">agent-sdk dev</code> prints, or paste an
        API key.
      </p>
      {error !== null && <ErrorNote error={error} />}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="API key" hint="Make one with: agent-sdk keys create">
          {(ids) => (
            <Input
              {...ids}
              type="password"
              autoComplete="off"
              required
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <Switch
          label="Keep me signed in on this device"
          checked={isRemembered}
          onCheckedChange={setRemembered}
        />
        <Button type="submit" variant="primary" busy={isBusy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
