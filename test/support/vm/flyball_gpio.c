// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A GPIO chip in memory for the virtual machine of the tests, since no kernel of Debian 12 has
 * gpio-sim or gpio-mockup. It is a chip as any other to gpiolib: lines are requested through
 * /dev/gpiochip0, edges are interrupts, and an input that nobody drives reads 0 as a pull-down has
 * it. What a board and a hand do comes by parameters of the module:
 *
 *   echo "LINE LEVEL" > /sys/module/flyball_gpio/parameters/drive
 *   cat /sys/module/flyball_gpio/parameters/levels        a character for each line
 *   insmod flyball_gpio.ko wire_from=5 wire_to=25         a wire from an output to an input
 */
#include <linux/gpio/driver.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#define LINES 32

static int wire_from = -1;
static int wire_to = -1;
module_param(wire_from, int, 0400);
module_param(wire_to, int, 0400);

static DEFINE_SPINLOCK(lock);
/* What drives an input from outside, what an output holds, and which lines are outputs. */
static unsigned long outside, held, outputs;
/* Which edges of a line are interrupts now. */
static unsigned long unmasked;
static unsigned int edges[LINES];
static struct gpio_chip chip;
static struct platform_device *board;

static void drive_line(unsigned int line, bool level)
{
	unsigned long flags;
	bool is_edge;

	spin_lock_irqsave(&lock, flags);
	is_edge = test_bit(line, &outside) != level && test_bit(line, &unmasked) &&
		  (edges[line] & (level ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING));
	__assign_bit(line, &outside, level);
	spin_unlock_irqrestore(&lock, flags);
	if (is_edge)
		generic_handle_domain_irq_safe(chip.irq.domain, line);
}

static void follow_wire(unsigned int line, bool level)
{
	if (wire_from == (int)line && wire_to >= 0 && wire_to < LINES)
		drive_line(wire_to, level);
}

static int line_get(struct gpio_chip *gc, unsigned int line)
{
	return test_bit(line, test_bit(line, &outputs) ? &held : &outside);
}

static int line_direction(struct gpio_chip *gc, unsigned int line)
{
	return test_bit(line, &outputs) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static void line_set(struct gpio_chip *gc, unsigned int line, int level)
{
	assign_bit(line, &held, level);
	if (test_bit(line, &outputs))
		follow_wire(line, level);
}

static int line_output(struct gpio_chip *gc, unsigned int line, int level)
{
	set_bit(line, &outputs);
	line_set(gc, line, level);
	return 0;
}

static int line_input(struct gpio_chip *gc, unsigned int line)
{
	clear_bit(line, &outputs);
	follow_wire(line, false);
	return 0;
}

static int line_config(struct gpio_chip *gc, unsigned int line, unsigned long config)
{
	return 0;
}

static void edge_mask(struct irq_data *data)
{
	clear_bit(data->hwirq, &unmasked);
	gpiochip_disable_irq(irq_data_get_irq_chip_data(data), data->hwirq);
}

static void edge_unmask(struct irq_data *data)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(data), data->hwirq);
	set_bit(data->hwirq, &unmasked);
}

static int edge_type(struct irq_data *data, unsigned int type)
{
	edges[data->hwirq] = type;
	return 0;
}

static const struct irq_chip edge_chip = {
	.name = "flyball-gpio",
	.irq_mask = edge_mask,
	.irq_unmask = edge_unmask,
	.irq_set_type = edge_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static int drive_store(const char *text, const struct kernel_param *param)
{
	unsigned int line, level;

	if (sscanf(text, "%u %u", &line, &level) != 2 || line >= LINES || level > 1)
		return -EINVAL;
	drive_line(line, level);
	return 0;
}

static int levels_show(char *text, const struct kernel_param *param)
{
	unsigned int line;

	for (line = 0; line < LINES; line++)
		text[line] = line_get(&chip, line) ? '1' : '0';
	text[LINES] = '\n';
	return LINES + 1;
}

static const struct kernel_param_ops drive_ops = { .set = drive_store };
static const struct kernel_param_ops levels_ops = { .get = levels_show };
module_param_cb(drive, &drive_ops, NULL, 0200);
module_param_cb(levels, &levels_ops, NULL, 0400);

static int __init flyball_gpio_init(void)
{
	int error;

	board = platform_device_register_simple("flyball-gpio", -1, NULL, 0);
	if (IS_ERR(board))
		return PTR_ERR(board);
	chip.label = "flyball-gpio";
	chip.parent = &board->dev;
	chip.owner = THIS_MODULE;
	chip.base = -1;
	chip.ngpio = LINES;
	chip.get = line_get;
	chip.set = line_set;
	chip.get_direction = line_direction;
	chip.direction_input = line_input;
	chip.direction_output = line_output;
	chip.set_config = line_config;
	gpio_irq_chip_set_chip(&chip.irq, &edge_chip);
	chip.irq.default_type = IRQ_TYPE_NONE;
	chip.irq.handler = handle_simple_irq;
	error = gpiochip_add_data(&chip, NULL);
	if (error)
		platform_device_unregister(board);
	return error;
}

static void __exit flyball_gpio_exit(void)
{
	gpiochip_remove(&chip);
	platform_device_unregister(board);
}

module_init(flyball_gpio_init);
module_exit(flyball_gpio_exit);
MODULE_DESCRIPTION("GPIO chip in memory for tests of Flyball");
MODULE_LICENSE("Dual MIT/GPL");
