/** Runs that a few typed words find. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { request } from "@/api/client";
import type { Page, Run } from "@/api/model";

const TYPING_PAUSE_MS = 200;
const FOUND_MAX_COUNT = 8;
/** More words are refused by the server. */
const WORDS_MAX_COUNT = 16;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Asks the server when typing rests: every word occurs in input, output or tags, or is a whole id. */
export function useRunSearch(text: string, { newestWhenEmpty }: { newestWhenEmpty: boolean }) {
  const words = text.trim().split(/\s+/).slice(0, WORDS_MAX_COUNT).join(" ");
  const q = useSettled(words);
  const isAsked = q !== "" || newestWhenEmpty;
  const { data, error, isFetching } = useQuery({
    queryKey: ["run-search", q],
    enabled: isAsked,
    queryFn: ({ signal }) =>
      request<Page<Run>>("GET", "/v1/runs", { query: { q, limit: FOUND_MAX_COUNT }, signal }),
  });
  // Never those of other words: Enter would open what nobody looked for.
  const runs = isAsked && q === words ? (data?.data ?? []) : [];
  return { runs, error, isSearching: isFetching || q !== words };
}
