// The tablet's sentences in the chosen language, and figures in the reader's form.

const THIN = "\u202f";

/**
 * `words(key, values)`: the sentence with its {names} filled in; with a number `n` and a plural form
 * under `key_one`/`key_other` that form; the key itself where there is no such sentence.
 * @param {{words: Object<string, string>, language: string}} page
 */
export function makeWords({ words, language }) {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const form = typeof values.n === "number" ? `${key}_${plural.select(values.n)}` : key;
    const sentence = words[form] ?? words[`${key}_other`] ?? words[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (all, name) => {
      const value = values[name] ?? all;
      return typeof value === "number" ? number.format(value) : value;
    });
  };
}

/** Figures: metres, moments (ms since 1970) and days in the reader's form and the office's time zone. */
export function makeSay({ language, timeZone }, words, now = Date.now) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const moment = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });

  return {
    number: (n) => whole.format(n),
    /** Metres below a kilometre, then kilometres with one decimal. */
    metres(n) {
      const text =
        Math.round(n) < 1000
          ? words("unit.metres", { n: whole.format(n) })
          : words("unit.kilometres", { n: tenth.format(n / 1000) });
      return text.replace(" ", THIN);
    },
    /** "3 days ago", "in 2 hours". */
    ago(ms) {
      const seconds = (ms - now()) / 1000;
      const size = Math.abs(seconds);
      if (size < 90) return words("time.now");
      if (size < 5400) return relative.format(Math.round(seconds / 60), "minute");
      if (size < 72_000) return relative.format(Math.round(seconds / 3600), "hour");
      return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / 86_400)), "day");
    },
    moment: (ms) => moment.format(ms),
    clock: (ms) => clock.format(ms),
    /** "2026-11-22" as the reader writes it. */
    day: (day) => date.format(new Date(`${day}T00:00Z`)),
    /** "1:05:09" or "5:09". */
    duration(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      const two = (n) => String(n).padStart(2, "0");
      const hours = Math.floor(seconds / 3600);
      const minutes = Math.floor(seconds / 60) % 60;
      const tail = two(seconds % 60);
      return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
    },
  };
}
