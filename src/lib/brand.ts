/** Nominal types over primitives: values that must not be mixed are told apart by the compiler. */
declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
