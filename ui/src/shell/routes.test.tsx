import { fireEvent, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { expect, test, vi } from "vitest";
import { ErrorBoundary } from "./ErrorBoundary";
import { forgetFailedPages, pageOf } from "./routes";

test("a page that could not be loaded is asked for again, and its error is the network's", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  let isAway = true;
  const Page = pageOf(async () => {
    if (isAway) throw new TypeError("Failed to fetch dynamically imported module");
    return { default: () => <p>Here</p> };
  });
  render(
    <ErrorBoundary address="/" onShown={forgetFailedPages}>
      <Suspense>
        <Page />
      </Suspense>
    </ErrorBoundary>,
  );
  expect((await screen.findByRole("alert")).textContent).toContain("NETWORK");
  isAway = false;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Here");
});
