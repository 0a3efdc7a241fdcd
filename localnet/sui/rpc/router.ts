/** Methods by path, and the call of one: bytes of a request message in, bytes of response messages out. */
import { RpcStatus } from './status.ts';

/** The parts of protobuf's message types that calls need. */
export interface MessageCodec<T> {
  readonly typeName: string;
  fromBinary(bytes: Uint8Array): T;
  toBinary(message: T): Uint8Array;
  create(partial: object): T;
}

/** The parts of a protobuf service's description that routing needs. */
export interface ServiceShape {
  readonly typeName: string;
  readonly methods: readonly {
    readonly name: string;
    readonly serverStreaming: boolean;
    readonly I: unknown;
    readonly O: unknown;
  }[];
}

/** What a method may look at beside its request. */
export interface CallContext {
  /** Aborts when the client is gone or its deadline has passed. */
  readonly signal: AbortSignal;
}

/**
 * Handlers by method name. A handler of a unary method returns a message, one of a streaming method an async iterable
 * of messages; messages may leave out whatever has its default.
 */
export type Handlers = Record<string, (request: never, context: CallContext) => unknown>;

interface Method {
  readonly input: MessageCodec<object>;
  readonly output: MessageCodec<object>;
  readonly streaming: boolean;
  readonly handler: ((request: object, context: CallContext) => unknown) | undefined;
}

/** Routes calls to handlers. */
export class Router {
  readonly #methods = new Map<string, Method>();

  /** Adds a service; its methods without a handler answer UNIMPLEMENTED. */
  add(service: ServiceShape, handlers: Handlers): this {
    for (const name of Object.keys(handlers)) {
      if (!service.methods.some((method) => method.name === name))
        throw new Error(`${service.typeName} has no ${name}`);
    }
    for (const { name, I, O, serverStreaming } of service.methods) {
      this.#methods.set(`/${service.typeName}/${name}`, {
        input: I as MessageCodec<object>,
        output: O as MessageCodec<object>,
        streaming: serverStreaming,
        handler: handlers[name] as Method['handler'],
      });
    }
    return this;
  }

  /**
   * Calls a method. When the promise resolves, a unary method is done and a streaming one has begun.
   * @param path `/package.Service/Method`
   * @returns encoded response messages: one of a unary method, as they come of a streaming one
   * @throws whatever the handler throws; RpcStatus UNIMPLEMENTED or INTERNAL before it is called
   */
  async call(path: string, request: Uint8Array, context: CallContext): Promise<AsyncIterable<Uint8Array>> {
    const method = this.#methods.get(path);
    if (!method?.handler) throw new RpcStatus('UNIMPLEMENTED', `${path.slice(0, 200)} is not implemented`);
    let message: object;
    try {
      message = method.input.fromBinary(request);
    } catch (error) {
      throw new RpcStatus('INTERNAL', `failed to decode ${method.input.typeName}: ${(error as Error).message}`);
    }
    const result = (await method.handler(message, context)) as object;
    return encodeAll(method.output, method.streaming ? (result as AsyncIterable<object>) : [result], context.signal);
  }
}

async function* encodeAll(
  output: MessageCodec<object>,
  messages: AsyncIterable<object> | Iterable<object>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const message of messages) {
    if (signal.aborted) return;
    yield output.toBinary(output.create(message));
  }
}
