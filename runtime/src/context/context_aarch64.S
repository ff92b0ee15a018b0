/*
 * The switch for aarch64, AAPCS64: what a called function must preserve is x19 to x30, the low halves of v8 to v15, and the
 * control bits of FPCR. The latter hardly ever differ between two stacks, and setting them is slow: they are compared first.
 */
.macro save_registers
    sub     sp, sp, #176
    stp     x19, x20, [sp, #0]
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    stp     d8,  d9,  [sp, #96]
    stp     d10, d11, [sp, #112]
    stp     d12, d13, [sp, #128]
    stp     d14, d15, [sp, #144]
    mrs     x10, fpcr
    str     x10, [sp, #160]
.endm

.macro load_registers_and_return
    ldp     x19, x20, [sp, #0]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     d8,  d9,  [sp, #96]
    ldp     d10, d11, [sp, #112]
    ldp     d12, d13, [sp, #128]
    ldp     d14, d15, [sp, #144]
    add     sp, sp, #176
    ret
.endm

    .text
    .globl  rt__context_swap
    .hidden rt__context_swap
    .type   rt__context_swap, %function
    .p2align 4
/* x0: where to store this stack's pointer; x1: the other stack's */
rt__context_swap:
    .cfi_startproc
    save_registers
    mov     x9, sp
    str     x9, [x0]
    mov     sp, x1
    ldr     x11, [sp, #160]
    cmp     x10, x11
    b.ne    2f
1:  load_registers_and_return
2:  msr     fpcr, x11
    b       1b
    .cfi_endproc
    .size   rt__context_swap, . - rt__context_swap

    .globl  rt__context_call
    .hidden rt__context_call
    .type   rt__context_call, %function
    .p2align 4
/* x0: where to store this stack's pointer; x1: the top of the new stack; x2: what to call there; x3: its argument; x4: the
 * control word it begins with. It returns the address of the context to go on in. Unwinders stop here. */
rt__context_call:
    .cfi_startproc
    save_registers
    mov     x9, sp
    str     x9, [x0]
    mov     sp, x1
    .cfi_undefined x30
    cmp     x10, x4
    b.eq    1f
    msr     fpcr, x4
1:  mov     x0, x3
    mov     x29, #0
    mov     x30, #0
    blr     x2
    ldr     x9, [x0]
    mov     sp, x9
    mrs     x10, fpcr
    ldr     x11, [sp, #160]
    cmp     x10, x11
    b.eq    2f
    msr     fpcr, x11
2:  load_registers_and_return
    .cfi_endproc
    .size   rt__context_call, . - rt__context_call

    .section .note.GNU-stack, "", %progbits
