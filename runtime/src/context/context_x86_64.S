/*
 * The switch for x86-64, System V ABI: what a called function must preserve is rbx, rbp, r12 to r15, and the control bits
 * of MXCSR and of the x87. Those control words hardly ever differ between two stacks, and loading them is slow:
 * they are compared first.
 */
.macro save_registers
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    subq    $8, %rsp
    stmxcsr (%rsp)
    fnstcw  4(%rsp)
.endm

.macro load_registers_and_return
    addq    $8, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    retq
.endm

    .text
    .globl  rt__context_swap
    .hidden rt__context_swap
    .type   rt__context_swap, @function
    .p2align 4
/* rdi: where to store this stack's pointer; rsi: the other stack's */
rt__context_swap:
    .cfi_startproc
    save_registers
    movl    (%rsp), %eax
    movzwl  4(%rsp), %ecx
    movq    %rsp, (%rdi)
    movq    %rsi, %rsp
    cmpl    (%rsp), %eax
    jne     2f
    cmpw    4(%rsp), %cx
    jne     2f
1:  load_registers_and_return
2:  ldmxcsr (%rsp)
    fldcw   4(%rsp)
    jmp     1b
    .cfi_endproc
    .size   rt__context_swap, . - rt__context_swap

    .globl  rt__context_call
    .hidden rt__context_call
    .type   rt__context_call, @function
    .p2align 4
/* rdi: where to store this stack's pointer; rsi: the top of the new stack; rdx: what to call there; rcx: its argument; r8: the
 * control words it begins with. It returns the address of the context to go on in. Unwinders stop here. */
rt__context_call:
    .cfi_startproc
    save_registers
    movl    (%rsp), %eax
    movzwl  4(%rsp), %r9d
    movq    %rsp, (%rdi)
    movq    %rsi, %rsp
    .cfi_undefined rip
    movq    %r8, %r10
    shrq    $32, %r10
    cmpl    %r8d, %eax
    jne     4f
    cmpw    %r10w, %r9w
    jne     4f
3:  movq    %rcx, %rdi
    xorl    %ebp, %ebp
    callq   *%rdx
    movq    (%rax), %rsp
    stmxcsr -8(%rsp)                /* the red zone: nobody else writes there */
    fnstcw  -4(%rsp)
    movl    -8(%rsp), %eax
    movzwl  -4(%rsp), %ecx
    cmpl    (%rsp), %eax
    jne     6f
    cmpw    4(%rsp), %cx
    jne     6f
5:  load_registers_and_return
4:  movl    %r8d, -8(%rsp)
    movl    %r10d, -4(%rsp)
    ldmxcsr -8(%rsp)
    fldcw   -4(%rsp)
    jmp     3b
6:  ldmxcsr (%rsp)
    fldcw   4(%rsp)
    jmp     5b
    .cfi_endproc
    .size   rt__context_call, . - rt__context_call

    .section .note.GNU-stack, "", @progbits
