import { DbopsError } from "../../lib/core/errors.js";

/** libpq's keywords as they were written, in libpq's own spelling; `host` and `port` may be comma lists. */
export type ConnWords = Readonly<Record<string, string>>;

/** Splits `postgres://user:password@host:port,host:port/database?key=value`. USAGE.INVALID. */
export function parseUrlWords(url: string): ConnWords {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(url);
  const lastAt = /^postgres(?:ql)?:\/\/([^/?#]*)@([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(url);
  const [, login = "", hosts = "", database = "", query = ""] = lastAt ?? match ?? [];
  if (match === null && lastAt === null) throw invalid("it is not postgres://user@host:port/database");
  const colon = login.indexOf(":");
  const words: Record<string, string> = {};
  set(words, "user", decode(colon < 0 ? login : login.slice(0, colon)));
  if (colon >= 0) set(words, "password", decode(login.slice(colon + 1)));
  set(words, "dbname", decode(database));
  const addresses = hosts === "" ? [] : hosts.split(",").map(splitAddress);
  set(words, "host", addresses.map(({ host }) => host).join(","));
  if (addresses.some(({ port }) => port !== "")) words.port = addresses.map(({ port }) => port).join(",");
  for (const pair of query.split("&").filter((text) => text !== "")) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw invalid(`the parameter "${pair}" has no value`);
    words[decode(pair.slice(0, equals))] = decode(pair.slice(equals + 1));
  }
  return words;
}

function splitAddress(text: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(text);
  if (match === null) throw invalid(`"${text}" is not host:port`);
  return { host: decode(match[1] ?? match[2] ?? ""), port: match[3] ?? "" };
}

function set(words: Record<string, string>, key: string, value: string): void {
  if (value !== "") words[key] = value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("a percent sign is not followed by two hexadecimal digits (write % as %25)");
  }
}

function invalid(why: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "the PostgreSQL URL cannot be read",
    why,
    hint: "write postgres://user@host:5432/database; special characters in a password are percent-encoded",
  });
}
