import type { ConfigFile } from "./config-file.js";
import type { Layers } from "./layers.js";
import type { Problems } from "./problems.js";
import type { SettingReader } from "./setting-reader.js";
import type { UserFolders } from "./user-folders.js";
import type { Variables } from "./variables.js";

/** Everything that a configuration is put together from. */
export interface ConfigSources {
  readonly file: ConfigFile | null;
  readonly folders: UserFolders;
  readonly homeDir: string | null;
  readonly layers: Layers;
  readonly variables: Variables;
  readonly reader: SettingReader;
  readonly problems: Problems;
}
