/*
 * The switch for x86-64, System V ABI: what a called function must preserve is rbx, rbp, r12 to r15, and the control bits
 * of MXCSR and of the x87. Those control words hardly ever differ between two stacks, and loading them is slow:
 * they are compared first.
 */
    .text
    .globl  rt__context_swap
    .hidden rt__context_swap
    .type   rt__context_swap, @function
    .p2align 4
/* rdi: where to store this stack's pointer; rsi: the other stack's */
rt__context_swap:
    .cfi_startproc
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    subq    $8, %rsp
    stmxcsr (%rsp)
    fnstcw  4(%rsp)
    movl    (%rsp), %eax
    movzwl  4(%rsp), %ecx
    movq    %rsp, (%rdi)
    movq    %rsi, %rsp
    cmpl    (%rsp), %eax
    jne     2f
    cmpw    4(%rsp), %cx
    jne     2f
1:  addq    $8, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    retq
2:  ldmxcsr (%rsp)
    fldcw   4(%rsp)
    jmp     1b
    .cfi_endproc
    .size   rt__context_swap, . - rt__context_swap

    .globl  rt__context_start
    .hidden rt__context_start
    .type   rt__context_start, @function
    .p2align 4
/* The bottom of a new stack: r13 is the function, r12 its argument. Unwinders stop here. */
rt__context_start:
    .cfi_startproc
    .cfi_undefined rip
    movq    %r12, %rdi
    callq   *%r13
    ud2
    .cfi_endproc
    .size   rt__context_start, . - rt__context_start

    .section .note.GNU-stack, "", @progbits
