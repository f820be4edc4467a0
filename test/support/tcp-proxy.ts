import { connect, createServer, type Socket } from "node:net";

/** A local proxy in front of a server, which can cut every connection at a chosen moment. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Resets all connections that are open now. */
  cut(): void;
  /** Cuts everything once this many bytes have come from the server. */
  cutAfterBytes(bytes: number): void;
  /** Lets the next message that holds these words through and keeps back the server's answer; resolves once it has come. */
  holdAnswerTo(words: string): Promise<HeldAnswer>;
}

export interface HeldAnswer {
  /** Lets the answer go. */
  release(): void;
}

export async function startProxy(targetHost: string, targetPort: number): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let awaited: { readonly words: string; readonly held: (answer: HeldAnswer) => void } | null = null;
  let bytesLeft = Number.POSITIVE_INFINITY;
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, targetHost);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    upstream.on("data", (chunk) => {
      bytesLeft -= chunk.length;
      if (bytesLeft < 0) cut();
    });
    client.on("data", (chunk) => {
      if (awaited === null || !chunk.includes(awaited.words)) return;
      upstream.unpipe(client);
      const { held } = awaited;
      awaited = null;
      upstream.once("data", (answer) => {
        upstream.pause();
        const release = (): void => {
          client.write(answer);
          upstream.pipe(client);
        };
        held({ release });
      });
      upstream.resume();
    });
    client.pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    cut,
    cutAfterBytes: (bytes) => {
      bytesLeft = bytes;
    },
    holdAnswerTo: (words) =>
      new Promise((held) => {
        awaited = { words, held };
      }),
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
