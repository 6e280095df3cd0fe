// How many threads a block may have, and what is resident on a multiprocessor: the rules of `solver/launch` and
// `solver/devices/occupancy`, number for number. No page, no service: the test runs it beside the Python.

const BANKS = 32;
const BANK_BYTES = 4;
const PERIOD_BYTES = BANKS * BANK_BYTES;
const WIDEST_BYTES = 16;
const NO_LIMIT = 2 ** 31 - 1;

export const alignUp = (value, to) => Math.ceil(value / to) * to;
export const gcd = (a, b) => (b ? gcd(b, a % b) : a);
const lcm = (a, b) => (a / gcd(a, b)) * b;

/** Passes that a warp takes to read one element of `width` bytes from neighbouring runs. */
export function conflictDegree(stride, width, threadsPerRun) {
  if (stride === 0) return 1;
  const reach = alignUp(Math.min(threadsPerRun, BANKS) * width + BANK_BYTES, PERIOD_BYTES);
  const same = stride > reach ? reach + ((stride - reach) % PERIOD_BYTES) : stride;
  const access = Math.min(WIDEST_BYTES, lowestBit(width));
  const lanes = PERIOD_BYTES / Math.max(access, BANK_BYTES);
  let most = 0;
  for (let first = 0; first < BANKS; first += lanes) {
    const words = new Set();
    for (let thread = first; thread < first + lanes; thread++) {
      const address = same * Math.floor(thread / threadsPerRun) + width * (thread % threadsPerRun);
      const last = Math.floor((address + access - 1) / BANK_BYTES);
      for (let word = Math.floor(address / BANK_BYTES); word <= last; word++) words.add(word);
    }
    const banks = new Array(BANKS).fill(0);
    for (const word of words) most = Math.max(most, ++banks[word % BANKS]);
  }
  return most;
}

function lowestBit(value) {
  let bit = 1;
  while (value % (bit * 2) === 0) bit *= 2;
  return bit;
}

/** The distance between two runs' windows. `weights`: element widths, each with its accesses. */
export function strideBytes(runBytes, region, threadsPerRun, bankConflicts) {
  if (runBytes === 0) return 0;
  const alignment = region.run_alignment_bytes;
  const least = alignUp(runBytes, alignment);
  if (bankConflicts === "ignore" || !region.weights.length) return least;
  const end = least + alignment * (PERIOD_BYTES / gcd(alignment, PERIOD_BYTES));
  let best = least;
  let fewest = Infinity;
  for (let stride = least; stride < end; stride += alignment) {
    const passes = region.weights.reduce((sum, [width, count]) => sum + count * conflictDegree(stride, width, threadsPerRun), 0);
    if (passes < fewest) [best, fewest] = [stride, passes];
  }
  return best;
}

/** Blocks that each resource alone allows on a multiprocessor. `device` is a row of `GET /v1/devices`. */
export function blockLimits(device, { threads, registers, sharedBytes, carveout = "max", barriers = 1 }) {
  const warps = Math.ceil(threads / device.warp_size);
  return {
    warps: threads <= device.max_threads_per_block ? Math.floor(device.max_warps_per_sm / warps) : 0,
    blocks: device.max_blocks_per_sm,
    registers: byRegisters(device, warps, registers ?? 0),
    shared: byShared(device, sharedBytes, carveout),
    barriers: barriers === 0 || !device.barriers_limit_occupancy ? NO_LIMIT : Math.floor((device.max_blocks_per_sm * device.barriers_per_block_slot) / barriers),
  };
}

function byRegisters(device, warps, registers) {
  const perWarp = alignUp(registers * device.warp_size, device.reg_alloc_unit_per_warp);
  if (registers > device.max_regs_per_thread) return 0;
  if (perWarp * alignUp(warps, device.sub_partitions) > device.max_regs_per_block) return 0;
  if (perWarp === 0) return NO_LIMIT;
  const inPartition = Math.floor(Math.floor(device.regs_per_sm / device.sub_partitions) / perWarp);
  return Math.floor((inPartition * device.sub_partitions) / warps);
}

function byShared(device, sharedBytes, carveout) {
  const allocated = alignUp(sharedBytes + device.reserved_smem_per_block, device.smem_alloc_unit);
  if (allocated > device.max_smem_per_block_optin + device.reserved_smem_per_block) return 0;
  if (allocated === 0) return NO_LIMIT;
  const preferred = carveout === "max" ? device.max_smem_per_sm : Math.floor((carveout * device.max_smem_per_sm) / 100);
  const wanted = Math.max(preferred, allocated);
  const step = device.carveout_steps_kb.find((size) => size * 1024 >= wanted);
  return Math.floor((step * 1024) / allocated);
}

/** The budget in bytes: a number, "default" or "opt-in". */
export function budgetBytes(device, budget) {
  if (budget === "default") return device.max_smem_per_block_default;
  return budget === "opt-in" ? device.max_smem_per_block_optin : budget;
}

/** What threads per block should be a whole multiple of. */
export const threadsStep = (rule) => lcm(rule.threads_per_run, rule.threads_multiple);

/** The best launch by the rule, or null where no block fits. `rule` has what the manifest and the layout say:
 *  `launch_facts.js` makes it. */
export function launchFor(rule) {
  const shape = shapeOf(rule);
  const threads = chosenThreads(rule, shape);
  if (threads === null) return null;
  const limits = shape.limits(threads);
  const limitedBy = Object.keys(limits).reduce((best, name) => (limits[name] < limits[best] ? name : best));
  return {
    threads_per_block: threads,
    runs_per_block: Math.floor(threads / rule.threads_per_run),
    stride_bytes: shape.stride,
    padding_bytes: shape.stride - rule.run_bytes,
    dynamic_shared_bytes: shape.dynamic(threads),
    total_bytes: shape.total(threads),
    blocks_per_sm: limits[limitedBy],
    resident_threads: limits[limitedBy] * threads,
    limited_by: limitedBy,
  };
}

/** What a block of so many threads takes, and what then limits the blocks on a multiprocessor. */
export function shapeOf(rule) {
  const { device, region } = rule;
  const budget = budgetBytes(device, rule.shared_budget_bytes);
  const fixedStatic = alignUp(rule.static_shared_bytes, region.base_alignment_bytes);
  const gap = alignUp(rule.block_region_bytes, region.run_alignment_bytes) - rule.block_region_bytes;
  const stride = strideBytes(rule.run_bytes, region, rule.threads_per_run, rule.bank_conflicts);
  const reach = rule.block_reach_bytes ?? 0;
  const first = rule.block_region_bytes + gap;
  const dynamic = (threads) => Math.max(first + stride * Math.floor(threads / rule.threads_per_run), reach);
  const total = (threads) => fixedStatic + dynamic(threads);
  const limits = (threads) =>
    blockLimits(device, { threads, registers: rule.registers_per_thread, sharedBytes: total(threads), carveout: rule.carveout });
  const inBudget = (most) => {
    if (fixedStatic + reach > budget) return 0;
    if (!stride) return fixedStatic + first <= budget ? most : 0;
    return Math.min(most, Math.floor((budget - fixedStatic - first) / stride) * rule.threads_per_run);
  };
  const resident = (threads) => {
    if (threads < rule.least_threads || total(threads) > budget) return 0;
    return Math.min(...Object.values(limits(threads))) * threads;
  };
  return { stride, dynamic, total, limits, inBudget, resident };
}

function chosenThreads(rule, shape) {
  const perRun = rule.threads_per_run;
  const allowed = Math.min(rule.max_threads_per_block, rule.device.max_threads_per_block);
  const given = rule.threads_per_block ?? null;
  if (given !== null) {
    return given % perRun === 0 && given <= allowed && shape.resident(given) > 0 ? given : null;
  }
  const step = threadsStep(rule);
  const most = shape.inBudget(allowed);
  const whole = best(rule, shape, Math.floor(most / step) * step, step);
  if (whole !== null) return whole;
  const below = alignUp(Math.max(step, rule.least_threads), step) - 1;
  return best(rule, shape, Math.floor(Math.min(most, below) / perRun) * perRun, perRun);
}

/** The best of the block sizes from `largest` down, `apart` from one another. */
function best(rule, shape, largest, apart) {
  const byResidents = rule.objective === "resident_threads" || rule.weighs;
  let found = null;
  let most = 0;
  for (let threads = largest; threads > 0; threads -= apart) {
    const resident = shape.resident(threads);
    if (!resident) continue;
    if (!byResidents) return threads;
    // of equally many resident threads the objective wants the smallest block, and weighing the largest
    if (resident > most || (resident === most && rule.objective === "resident_threads")) [found, most] = [threads, resident];
  }
  return found;
}
