/** The version of the manifest that this dbops writes, and the newest that it reads. */
export const EXPORT_MANIFEST_VERSION = 1;
export const EXPORT_MANIFEST_NAME = "manifest.json";
export const EXPORT_SCHEMA_NAME = "schema.sql";
