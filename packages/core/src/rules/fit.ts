/** Whether a target can take a request. `soft`: an estimate or a missing price says no; asked when nobody else is left (P3). */
export type Fit = { readonly fits: 'yes' } | { readonly fits: 'soft' | 'no'; readonly reason: string };
