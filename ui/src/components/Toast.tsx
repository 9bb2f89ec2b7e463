import { CircleCheck, CircleX, Undo2, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./Button";
import { ErrorDetails } from "./ErrorNote";
import { dismissToast, readToasts, subscribeToasts, type ToastMessage } from "./toast_store";

const ICONS = {
  success: <CircleCheck size={16} aria-hidden className="mt-0.5 text-ok" />,
  error: <CircleX size={16} aria-hidden className="mt-0.5 text-err" />,
  undo: <Undo2 size={16} aria-hidden className="mt-0.5 text-muted" />,
};

function ToastCard({ message }: { message: ToastMessage }) {
  const { action, error } = message;
  return (
    <li className="flex items-start gap-2 rounded-md border border-line bg-surface p-3 shadow-lg">
      {ICONS[message.kind]}
      <div className="min-w-0 flex-1">
        <p className="font-medium">{message.text}</p>
        {error && <ErrorDetails error={error} />}
      </div>
      {action && (
        <Button
          size="sm"
          onClick={() => {
            dismissToast(message.id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton
        label="Dismiss"
        size="sm"
        icon={<X size={14} aria-hidden />}
        onClick={() => dismissToast(message.id)}
      />
    </li>
  );
}

/** Mounted once, by the shell. */
export function Toaster() {
  const messages = useSyncExternalStore(subscribeToasts, readToasts);
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="fixed right-4 bottom-4 z-50 w-[min(24rem,calc(100vw-2rem))]"
    >
      <ul className="flex flex-col gap-2">
        {messages.map((message) => (
          <ToastCard key={message.id} message={message} />
        ))}
      </ul>
    </section>
  );
}
