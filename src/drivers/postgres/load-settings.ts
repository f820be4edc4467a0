/**
 * Everything that decides how a text becomes a value; row security would refuse or hide rows. The search path stays the
 * user's: triggers and defaults may need it.
 */
export const LOAD_SETTINGS = `
  SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET lc_monetary = 'C';
  SET xmloption = 'content'; SET row_security = off; SET client_encoding = 'UTF8'`;
