import { expect, test } from "vitest";
import { Redactor, redactPatterns } from "#dbops/lib/core/redaction.js";

test.each([
  ["postgres://app:s3cret@db:5432/app?sslmode=require", "postgres://app:***@db:5432/app?sslmode=require"],
  ["postgresql://app:p@ss:w@rd@db/app", "postgresql://app:***@db/app"],
  ["postgres://:only@db/app", "postgres://:***@db/app"],
  ["cannot reach postgres://u:p%40ss@h/d: refused", "cannot reach postgres://u:***@h/d: refused"],
  ["host=db password=s3cret user=app", "host=db password=*** user=app"],
  ["host=db password = 'two words' user=app", "host=db password = *** user=app"],
  ["password='it\\'s' user=app", "password=*** user=app"],
  ["PGPASSWORD=s3cret pg_dump", "PGPASSWORD=*** pg_dump"],
  ["postgres:///app?user=u&password=s3cret&x=1", "postgres:///app?user=u&password=***&x=1"],
  ["sslpassword=k3y sslkey=a", "sslpassword=*** sslkey=a"],
])("a password is masked by its place: %s", (text, clean) => {
  expect(redactPatterns(text)).toBe(clean);
});

test.each([
  "postgres://app@db/app",
  "http://localhost:8080/health",
  "restored 12:30 by alice@example.com",
  "sqlite:/var/lib/app/data.db",
])("what holds no password stays: %s", (text) => {
  expect(redactPatterns(text)).toBe(text);
});

test("a registered secret is masked in every spelling", () => {
  const redactor = new Redactor();
  redactor.add('pä/ss "word"');
  expect(redactor.redact('it is pä/ss "word" here')).toBe("it is *** here");
  expect(redactor.redact(`as ${encodeURIComponent('pä/ss "word"')}`)).toBe("as ***");
  expect(redactor.redact(JSON.stringify({ said: 'pä/ss "word"' }))).toBe('{"said":"***"}');
});

test("of secrets that contain each other nothing remains", () => {
  const redactor = new Redactor();
  redactor.add("hunter");
  redactor.add("hunter2");
  expect(redactor.redact("hunter2 and hunter")).toBe("*** and ***");
});

test("secrets are taken literally, and very short ones mask nothing by themselves", () => {
  const redactor = new Redactor();
  redactor.add("a.c$&");
  redactor.add("");
  redactor.add("ab");
  expect(redactor.redact("abc a.c$& ab")).toBe("abc *** ab");
});

test("two redactors know nothing of each other", () => {
  const [one, other] = [new Redactor(), new Redactor()];
  one.add("s3cret");
  expect(other.redact("s3cret")).toBe("s3cret");
});
