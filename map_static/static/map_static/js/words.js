// The sentences of the page in the reader's language, and figures in the reader's form.
import { page } from "./page.js";

const THIN = " ";
const plural = new Intl.PluralRules(page.language);
const whole = new Intl.NumberFormat(page.language, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(page.language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const percent = new Intl.NumberFormat(page.language, { style: "percent" });
const relative = new Intl.RelativeTimeFormat(page.language, { numeric: "auto" });
const moment = new Intl.DateTimeFormat(page.language, {
  dateStyle: "medium",
  timeStyle: "short",
  timeZone: page.timeZone,
});

const date = new Intl.DateTimeFormat(page.language, { dateStyle: "medium", timeZone: "UTC" });

/** The sentence of a key with its {names} filled in; the key itself where it is missing. */
export function t(key, values = {}) {
  const sentence = page.words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** The plural form for a count; `{n}` is the count in the reader's form. */
export function count(key, n) {
  const form = `${key}_${plural.select(n)}`;
  return t(page.words[form] ? form : `${key}_other`, { n: whole.format(n) });
}

export const days = (n) => count("unit.days", n);

/** Metres below a kilometre, then kilometres with one decimal. */
export function metres(n) {
  const text =
    Math.round(n) < 1000
      ? t("unit.metres", { n: whole.format(n) })
      : t("unit.kilometres", { n: tenth.format(n / 1000) });
  return text.replace(" ", THIN);
}

/** A whole number in the reader's form. */
export const amount = (n) => whole.format(n);

/** Square metres below a hectare, then hectares, then square kilometres, these with one decimal. */
export function squareMetres(n) {
  const hectares = n / 10_000;
  if (Math.round(n) < 10_000) return t("unit.square_metres", { n: whole.format(n) }).replace(" ", THIN);
  const [key, of] = hectares < 1000 ? ["hectares", hectares] : ["square_kilometres", hectares / 100];
  return t(`unit.${key}`, { n: tenth.format(of) }).replace(" ", THIN);
}

/** A share 0..1 as whole percent; never 100 % before the last metre, never 0 % after the first. */
export function share(of) {
  if (of == null) return "–";
  const hundredths = Math.round(of * 100);
  const kept = of < 1 ? Math.min(hundredths, 99) : 100;
  return percent.format((of > 0 ? Math.max(kept, 1) : 0) / 100);
}

/** "3 days ago", "in 3 days"; minutes and hours on the same day. */
export function ago(iso, now = Date.now()) {
  const seconds = (Date.parse(iso) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 90) return t("time.now");
  if (size < 5400) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 72_000) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 86_400)), "day");
}

export const absolute = (iso) => moment.format(new Date(iso));

/** A day like "2026-11-22" in the reader's form. */
export const dayName = (day) => date.format(new Date(`${day}T00:00Z`));

/** A place's name in the reader's language, where it has one. */
export function placeName({ name, name_zh: chinese }) {
  return (page.language.startsWith("zh") && chinese) || name || "";
}
