/** HTML that a model or a tool wrote, made harmless. The only maker of HTML in the console. */
import DOMPurify from "dompurify";

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  // A code that somebody else made would sign the reader in as them. Browsers drop these spaces of an address.
  const href = node.getAttribute("href")?.replace(/[\t\n\r]/g, "");
  if (href?.toLowerCase().includes("#sign-in")) node.removeAttribute("href");
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});

/** Pictures are left out too: a model could send what it knows to any host by the address of one. */
const FORBID_TAGS = [
  "img",
  "picture",
  "video",
  "audio",
  "source",
  "svg",
  "math",
  "style",
  "form",
  "input",
  "button",
];

export function sanitize(html: string): string {
  const clean = DOMPurify.sanitize(html, {
    RETURN_TRUSTED_TYPE: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS,
    FORBID_ATTR: ["style", "id", "name"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|\/(?!\/))/i,
    ALLOW_DATA_ATTR: false,
  });
  // React hands a TrustedHTML on as it is, but its types know strings only.
  return clean as unknown as string;
}
