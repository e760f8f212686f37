declare const brand: unique symbol;

/** A `T` that does not mix with other `T`s: `type Guid = Brand<string, 'Guid'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
