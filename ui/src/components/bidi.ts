/** Marks that change the direction of a text: what somebody has to judge must not stand in another order than it is. */

const CONTROLS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such marks as the escapes that JSON has for them, so that they are seen and turn nothing. */
export const shownBidi = (text: string) =>
  text.replace(CONTROLS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`);
