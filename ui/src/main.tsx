import "./styles/index.css";
// The first page that is opened shows text of a model: to load it with the rest saves it a round trip.
import "@/components/Markdown";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { App } from "./shell/App";
import { startTheme } from "./shell/theme";

// Radix locks the page's scrolling by a <style> of its own, which the CSP allows by this nonce only.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
if (nonce) setNonce(nonce);

startTheme();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
