import { CodeXml } from "lucide-react";
import { type SnippetLanguage, type SnippetRequest, snippetOf } from "@/api/snippets";
import { Button } from "./Button";
import { copyText } from "./CopyButton";
import { Menu } from "./Menu";
import { toast } from "./toast_store";

const LANGUAGES: readonly { language: SnippetLanguage; label: string }[] = [
  { language: "curl", label: "Copy as curl" },
  { language: "python", label: "Copy as Python" },
  { language: "typescript", label: "Copy as TypeScript" },
];

/** A menu that copies a request as source text; the key is read from the environment there. */
export function RequestSnippet({ request }: { request: SnippetRequest }) {
  const copy = async (language: SnippetLanguage) => {
    if (await copyText(snippetOf(language, request))) toast.success("Copied.");
  };
  const items = LANGUAGES.map(({ language, label }) => ({ label, onSelect: () => void copy(language) }));
  const trigger = (
    <Button size="sm" icon={<CodeXml size={14} aria-hidden />}>
      <span className="max-sm:sr-only">Copy request</span>
    </Button>
  );
  return <Menu trigger={trigger} items={items} />;
}
